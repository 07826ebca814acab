"""What is contested, and what is made good: review, lawsuits, reports, arrears, money that is to come back, fines.

`state` (what a case's own facts tell of it), `folding` (how), `decisions` (the decisions of a case, by their events),
`difference` (months as due and as had), `contesting` (contests, pure), `court` (lawsuits, pure), `following` (the decision
that takes the place of another, pure), `settling` (arrears and recoveries, pure), `fining` (pure), `keeping`, `taking` (the
steps as the office takes them).
"""
