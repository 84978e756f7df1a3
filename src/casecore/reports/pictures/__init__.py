"""Pictures: what happened, what is promised and what changes, at a glance, as SVG and as text.

    from casecore.reports.pictures import life_of_case

    picture = life_of_case("C-401", events)
    print(picture)                                          # the same as text
    Path("life.svg").write_text(picture.svg(), "utf-8")     # a file for a page or a README
    picture                                                 # in a notebook it shows itself

* `life_of_case`: one case over time; `day_of_team`: a team; `service_clocks`: what is due, and what is late.
* `life_cycle`: the states there are; `legal_moves`: where a case stands, and what somebody may do now.
* `behaviours`: a comparison of two policies; `refused_most`: what refused most of a day's commands.
* `rule_coverage`: the rules of an audit; `promise_coverage`: the promises of a check.
* `state_space`: every world of a scope.

A picture is drawn by this package alone: it needs no library, no network and no browser, and is always the same.
"""

from casecore.reports.pictures.cases import life_of_case as life_of_case
from casecore.reports.pictures.clocks import service_clocks as service_clocks
from casecore.reports.pictures.coverage import promise_coverage as promise_coverage
from casecore.reports.pictures.coverage import rule_coverage as rule_coverage
from casecore.reports.pictures.differences import behaviours as behaviours
from casecore.reports.pictures.life_cycles import legal_moves as legal_moves
from casecore.reports.pictures.life_cycles import life_cycle as life_cycle
from casecore.reports.pictures.picture import Picture as Picture
from casecore.reports.pictures.refusals import refused_most as refused_most
from casecore.reports.pictures.state_spaces import state_space as state_space
from casecore.reports.pictures.teams import day_of_team as day_of_team
