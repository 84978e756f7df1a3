"""Policies: an SOP as data, how it is read from a file, and what of it is in force for a case at an instant."""

from casecore.policies.errors import PolicyError as PolicyError
from casecore.policies.layers import Aspect as Aspect
from casecore.policies.layers import Change as Change
from casecore.policies.layers import Match as Match
from casecore.policies.layers import Override as Override
from casecore.policies.layers import Waiver as Waiver
from casecore.policies.policy import Policy as Policy
from casecore.policies.sop import SCHEMA as SCHEMA
from casecore.policies.sop import SWITCHABLE as SWITCHABLE
