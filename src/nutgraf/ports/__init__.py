"""The ports: what the pipeline and the site need from the world, as Protocols; adapters/ implements them.

Every port has one contract suite under tests/contract, run on each adapter and on its fake.
"""

from nutgraf.ports.desk import DeskStore, OperatorStore
from nutgraf.ports.models import BatchModel, ModelStore
from nutgraf.ports.reading import AccountStore, AppearanceStore, BriefStore, MarkStore, SearchStore
from nutgraf.ports.sources import ArticleStore, FeedStore, HubStore, PictureStore
from nutgraf.ports.store import Store
from nutgraf.ports.work import HostLeases, WorkerStore, WorkQueue, WorkScheduling
from nutgraf.ports.world import Clock, Fetcher, LanguageModel, StageRunner, Tracing, Writer

__all__ = [
    "AccountStore",
    "AppearanceStore",
    "ArticleStore",
    "BatchModel",
    "BriefStore",
    "Clock",
    "DeskStore",
    "FeedStore",
    "Fetcher",
    "HostLeases",
    "HubStore",
    "LanguageModel",
    "MarkStore",
    "ModelStore",
    "OperatorStore",
    "PictureStore",
    "SearchStore",
    "StageRunner",
    "Store",
    "Tracing",
    "WorkQueue",
    "WorkScheduling",
    "WorkerStore",
    "Writer",
]
