"""What the engines do to this process. No cluster is needed: Ray is a stand-in here."""

import signal
import sys
from types import ModuleType, SimpleNamespace

import pytest


@pytest.fixture
def engine(monkeypatch):
    """The Ray engine over a Ray without nodes that sets a handler of SIGTERM as the real one does."""
    ray, exceptions = ModuleType("ray"), ModuleType("ray.exceptions")
    strategies = ModuleType("ray.util.scheduling_strategies")
    exceptions.RayError = RuntimeError
    strategies.NodeAffinitySchedulingStrategy = object
    ray.init = lambda **_options: signal.signal(signal.SIGTERM, lambda *_words: sys.exit(15))
    ray.cluster_resources = lambda: {"CPU": 1}
    ray.remote = lambda **_options: lambda function: SimpleNamespace(function=function)
    ray.nodes = list
    ray.wait = lambda *_words, **_options: ([], [])
    for module in (ray, exceptions, strategies, ModuleType("ray.util")):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.delitem(sys.modules, "hitscope.batch.engines.ray", raising=False)
    from hitscope.batch.engines.ray import RayEngine

    yield RayEngine("local")
    sys.modules.pop("hitscope.batch.engines.ray", None)


def test_ray_leaves_the_drivers_handler_of_sigterm(engine):
    def ours(_number, _frame):
        """The driver's."""

    former = signal.signal(signal.SIGTERM, ours)
    try:
        with pytest.raises(Exception, match="nodes of the Ray cluster"):
            engine.start(None)
        assert signal.getsignal(signal.SIGTERM) is ours
    finally:
        signal.signal(signal.SIGTERM, former)
