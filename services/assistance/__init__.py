"""The kernel that every assistance domain shares: a case from application to exit, by the published papers.

A domain declares its programmes (`programme`) and lets its service carry their cases (`wiring`); which steps a case
goes through, by whom and within what limits stands in the procedures of the papers, what anybody is entitled to in
their rules.

Its rooms: `model` (a case), `application`, `entitlement` and `months` (the decisions, pure), `procedure` (the steps
owed), `published` (the papers), `inputs` and `ruling` (a rule applied), `citing` (what a decision names), `steps` (the
decisions as taken), `households` and `claims` (what is kept beside the log), `reactions`, `views`, `api`.
"""
