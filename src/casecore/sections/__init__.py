"""The tables of the policy file: every number and choice of an SOP, with type, default and meaning declared once.

Each class is a table (`[lifecycle]`, `[chat.idle]`, ...), its fields are the keys, and the enumerations beside it are
the words a key may hold. They lie by their subject: cases, work, channels, contacts, clocks. `policies/policy.py` puts
the tables together and reads the file.
"""

from casecore.sections.cases import OPEN_STATUSES as OPEN_STATUSES
from casecore.sections.cases import Approval as Approval
from casecore.sections.cases import Lifecycle as Lifecycle
from casecore.sections.cases import OnCustomerMessage as OnCustomerMessage
from casecore.sections.cases import Reopening as Reopening
from casecore.sections.cases import ReopenTo as ReopenTo
from casecore.sections.cases import Role as Role
from casecore.sections.cases import Sentiment as Sentiment
from casecore.sections.cases import Tags as Tags
from casecore.sections.channels import ChannelRules as ChannelRules
from casecore.sections.channels import Channels as Channels
from casecore.sections.channels import Email as Email
from casecore.sections.channels import Relation as Relation
from casecore.sections.channels import RelationsDue as RelationsDue
from casecore.sections.channels import WhatsApp as WhatsApp
from casecore.sections.clocks import AfterReopening as AfterReopening
from casecore.sections.clocks import Level as Level
from casecore.sections.clocks import Opening as Opening
from casecore.sections.clocks import Sla as Sla
from casecore.sections.clocks import Target as Target
from casecore.sections.clocks import Targets as Targets
from casecore.sections.contacts import Authentication as Authentication
from casecore.sections.contacts import Chat as Chat
from casecore.sections.contacts import CountsFrom as CountsFrom
from casecore.sections.contacts import Idle as Idle
from casecore.sections.contacts import Proceeding as Proceeding
from casecore.sections.contacts import WrapUp as WrapUp
from casecore.sections.work import Away as Away
from casecore.sections.work import Capacity as Capacity
from casecore.sections.work import Delivery as Delivery
from casecore.sections.work import Held as Held
from casecore.sections.work import Priority as Priority
from casecore.sections.work import Queue as Queue
from casecore.sections.work import Routing as Routing
from casecore.sections.work import Strategy as Strategy
from casecore.sections.work import Unanswered as Unanswered
