"""How members are told besides pages: functions that write down what is to be sent."""

from collections.abc import Callable

WAYS: list[Callable] = []


def register(way):
    """Have `way(notices, chosen)` called in the transaction that stores notices.

    notices: new ones, and those of which a stronger kind was told since, of many members. chosen:
    {member id: Preferences}.
    """
    WAYS.append(way)


def send(notices, chosen):
    for way in WAYS if notices else ():
        way(notices, chosen)
