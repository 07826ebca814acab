"""A process that counts and says how far it is, once a tenth of a second: `python -m tests.insight.worker HOST:PORT`."""

import sys

from services.chassis.clock import SystemClock
from services.chassis.logs import configure
from services.insight import host, stream
from services.insight.taking import Figures
from tests.insight.given import SERVICES
from tests.support import CODE

if __name__ == "__main__":
    configure("WARNING", False)
    stream.WRITE_SECONDS = 0.3  # so that a kill finds some of it written, and some not
    figures = Figures(CODE, SERVICES, SystemClock())
    worker = host.FaustHost(figures, sys.argv[1], session_seconds=float(sys.argv[2]))
    worker.start()
    while not worker.ended.wait(0.1):
        print(sum(position.sequence for position in figures.positions.values()), flush=True)
