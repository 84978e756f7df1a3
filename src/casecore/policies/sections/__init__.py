"""The tables of the policy file: every number and choice of an SOP, with type, default and meaning declared once.

Each class is a table (`[lifecycle]`, `[chat.idle]`, ...), its fields are the keys, and the enumerations beside it are
the words a key may hold. They lie by their subject: cases, work, channels, contacts, clocks, catalogue, own rules.
`policies/sop.py` puts the tables together.
"""

from casecore.policies.sections.cases import OPEN_STATUSES as OPEN_STATUSES
from casecore.policies.sections.cases import Approval as Approval
from casecore.policies.sections.cases import Commitments as Commitments
from casecore.policies.sections.cases import Lifecycle as Lifecycle
from casecore.policies.sections.cases import OnCustomerMessage as OnCustomerMessage
from casecore.policies.sections.cases import Reopening as Reopening
from casecore.policies.sections.cases import ReopenTo as ReopenTo
from casecore.policies.sections.cases import Role as Role
from casecore.policies.sections.cases import Sentiment as Sentiment
from casecore.policies.sections.cases import Snooze as Snooze
from casecore.policies.sections.cases import TagRole as TagRole
from casecore.policies.sections.cases import Tags as Tags
from casecore.policies.sections.catalogue import TEMPLATE_ENTRIES as TEMPLATE_ENTRIES
from casecore.policies.sections.catalogue import CatalogueItem as CatalogueItem
from casecore.policies.sections.catalogue import CatalogueKind as CatalogueKind
from casecore.policies.sections.channels import ChannelRules as ChannelRules
from casecore.policies.sections.channels import Channels as Channels
from casecore.policies.sections.channels import Email as Email
from casecore.policies.sections.channels import Relation as Relation
from casecore.policies.sections.channels import RelationsDue as RelationsDue
from casecore.policies.sections.channels import Replies as Replies
from casecore.policies.sections.channels import WhatsApp as WhatsApp
from casecore.policies.sections.clocks import ALL_HOURS as ALL_HOURS
from casecore.policies.sections.clocks import AfterReopening as AfterReopening
from casecore.policies.sections.clocks import Level as Level
from casecore.policies.sections.clocks import Opening as Opening
from casecore.policies.sections.clocks import Sla as Sla
from casecore.policies.sections.clocks import Target as Target
from casecore.policies.sections.clocks import Targets as Targets
from casecore.policies.sections.contacts import Abandoned as Abandoned
from casecore.policies.sections.contacts import AgentEnds as AgentEnds
from casecore.policies.sections.contacts import Authentication as Authentication
from casecore.policies.sections.contacts import Chat as Chat
from casecore.policies.sections.contacts import CountsFrom as CountsFrom
from casecore.policies.sections.contacts import Idle as Idle
from casecore.policies.sections.contacts import Live as Live
from casecore.policies.sections.contacts import Proceeding as Proceeding
from casecore.policies.sections.contacts import WrapUpRules as WrapUpRules
from casecore.policies.sections.own_rules import Attribute as Attribute
from casecore.policies.sections.own_rules import AttributeType as AttributeType
from casecore.policies.sections.own_rules import Guarded as Guarded
from casecore.policies.sections.own_rules import OwnRule as OwnRule
from casecore.policies.sections.work import ALWAYS_COUNTED as ALWAYS_COUNTED
from casecore.policies.sections.work import COUNTED as COUNTED
from casecore.policies.sections.work import Away as Away
from casecore.policies.sections.work import Capacity as Capacity
from casecore.policies.sections.work import Delivery as Delivery
from casecore.policies.sections.work import Held as Held
from casecore.policies.sections.work import Overflow as Overflow
from casecore.policies.sections.work import Priority as Priority
from casecore.policies.sections.work import Queue as Queue
from casecore.policies.sections.work import Routing as Routing
from casecore.policies.sections.work import Strategy as Strategy
from casecore.policies.sections.work import Unanswered as Unanswered
from casecore.policies.sections.work import are_all_queues as are_all_queues
from casecore.policies.sections.work import shipped_queues as shipped_queues
