"""Pictures."""

from casecore.reports.pictures.cases import life_of_case as life_of_case
from casecore.reports.pictures.clocks import service_clocks as service_clocks
from casecore.reports.pictures.life_cycles import legal_moves as legal_moves
from casecore.reports.pictures.life_cycles import life_cycle as life_cycle
from casecore.reports.pictures.picture import Picture as Picture
from casecore.reports.pictures.teams import day_of_team as day_of_team
