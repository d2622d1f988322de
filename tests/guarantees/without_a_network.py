"""`python without_a_network.py COMMAND…`, in a network namespace of its own: the command, with loopback alone.

Exits as the command does; with 3 where another machine could be reached all the same, with 4 where one was tried.
"""

import fcntl
import socket
import struct
import subprocess
import sys
from pathlib import Path

SIOCSIFFLAGS, IFF_UP = 0x8914, 1
ELSEWHERE = ("192.0.2.1", 80)
"""An address for documentation (RFC 5737): even where there is a network, nobody is there."""


def main(command: list[str]) -> int:
    with socket.socket() as probe:
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    before = tries()
    with socket.socket() as probe:
        probe.settimeout(2)
        try:
            probe.connect(ELSEWHERE)
        except OSError:
            if tries() != before + 1:
                return 3
        else:
            return 3
    ended = subprocess.run(command).returncode
    told = tries() - before - 1
    sys.stdout.write(f"Other machines that somebody tried to reach: {told}.\n")
    return ended or (4 if told else 0)


def tries() -> int:
    """How often this namespace had no way to where somebody wanted to go, a name server among others (RFC 4293)."""
    names, values = (line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Ip:"))
    return int(values[names.index("OutNoRoutes")])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
