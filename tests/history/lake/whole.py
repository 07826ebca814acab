"""An analyst's file over the whole history: the order in which months were granted, and how many by type."""


def initial():
    return {"count": 0, "last": None, "months": []}


def evolve(state, fact):
    if state["last"] is not None:
        assert state["last"] < (fact.recordedtime, fact.source, fact.sequence), "not as it was recorded"
    state["last"] = (fact.recordedtime, fact.source, fact.sequence)
    state["count"] += 1
    if fact.type == "assistance.MonthGranted":
        state["months"].append(fact.amount_fen)
    return state


def result(state):
    return {"count": state["count"], "months": state["months"]}
