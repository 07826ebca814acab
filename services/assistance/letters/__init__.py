"""Official letters of a case: worded from facts, numbered by office, printed as PDF, served on record.

In the order of use: `templates` words a `Letter`; `numbering.issued` makes the fact of it; whoever prints it
opens the names with a recorded purpose and calls `pdf.to_pdf`; `serving.serve` records how it arrived, from
when the remedies run. 行政复议法, 行政诉讼法, and the papers that `templates` names.
"""
