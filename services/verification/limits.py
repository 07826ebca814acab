"""Limits, in working days unless said: of the law where an article is named, else local and illustrative."""

REPLY, REPLY_CONDITIONAL, DELIVER, CORRECT = 1, 10, 20, 10
"""政务数据共享条例 (2025) 21 (reply), 22 (deliver after the reply), 26 (check and correct)."""
START_CHECK = 3
"""最低生活保障审核确认办法 (2021) 17: the check begins."""
ANSWER_CHECK = 20
"""All departments have answered, or the check lapses. Local."""
CONSENT_MONTHS = 12
"""How long a consent counts where it names no day: the law sets none (社会救助法 40). Local."""
STALE_DAYS = 90
"""A report whose data are older says so. Local."""
EVERY_MONTHS = 3
"""Recipients are compared each quarter, unless the district chooses each half-year (〔2020〕43 四(三))."""
