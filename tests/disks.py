"""A disk that fails: whether what was written is durable (fsync, fdatasync) is told here, instead of by the machine.

Linux hands these calls of a thread, and of all that it starts, to a listener (seccomp_unotify(2)), which needs neither
a privilege nor a tool.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import select
import shutil
import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from errno import EIO
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

import pytest

T = TypeVar("T")


class _Calls(NamedTuple):
    seccomp: int
    fsync: int
    fdatasync: int


_CALLS = {"x86_64": _Calls(317, 74, 75), "aarch64": _Calls(277, 82, 83)}
"""The numbers of Linux's system calls."""

# From linux/prctl.h, linux/seccomp.h and linux/bpf_common.h.
_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8
_TO_LISTENER, _ALLOW = 0x7FC00000, 0x7FFF0000
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_GO_ON = 1
_CALL = struct.Struct("=QIIiIQ6Q")
"""Of one that waits: its id, the thread, flags; its number, the architecture, where it stands, six arguments."""
_ANSWER = struct.Struct("=QqiI")


class Disk:
    """What the calls are answered: that it is so, once it is; or EIO.

    With `images`, each file is kept there as it was when it was last made durable: what a power cut would leave.
    """

    def __init__(self, images: Path | None, door: socket.socket) -> None:
        self.failed = 0
        """How many calls were answered EIO."""
        self.name = f"\0{uuid4()}"
        """By which a process puts itself on it (`put_on`)."""
        self._images, self._door, self._fails_next = images, door, False
        self._is_broken = False
        door.bind(self.name)
        door.listen()
        _begin(self._accept)

    @classmethod
    @contextmanager
    def working(cls, images: Path | None = None) -> Iterator[Disk]:
        """A disk, until the block is left. Skips where there can be none."""
        if platform.system() != "Linux" or platform.machine() not in _CALLS:
            pytest.skip(f"A disk can't be made to fail on {platform.system()} {platform.machine()}.")
        with socket.socket(socket.AF_UNIX) as door:
            disk = cls(images, door)
            try:
                disk.of_what_is_started(lambda: None)
            except OSError as refused:
                pytest.skip(f"A disk can't be made to fail here, as seccomp is refused: {refused.strerror}.")
            yield disk
            door.shutdown(socket.SHUT_RDWR)

    def fail_once(self) -> None:
        """The next call, and those after it not."""
        self._fails_next = True

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Every call, until the block is left."""
        self._is_broken = True
        try:
            yield
        finally:
            self._is_broken = False

    def keep(self, file: Path) -> None:
        """Its image, of a file that is durable already."""
        if self._images is not None:
            shutil.copyfile(file, self._images / file.name)

    def of_what_is_started(self, start: Callable[[], T]) -> T:
        """What `start()` gives; the processes that it starts are on this disk, and all of theirs."""
        with ThreadPoolExecutor(1) as thread:

            def started() -> T:
                self._listen(handed_over())
                return start()

            return thread.submit(started).result()

    def _accept(self) -> None:
        """Until the door is closed."""
        with suppress(OSError):
            while True:
                with self._door.accept()[0] as there:
                    _, (listener,), _, _ = socket.recv_fds(there, 1, 1)
                    self._listen(listener)

    def _listen(self, listener: int) -> None:
        _begin(self._answer, listener)

    def _answer(self, listener: int) -> None:
        """Until the last process has ended."""
        poll = select.poll()
        poll.register(listener)
        while not poll.poll()[0][1] & select.POLLHUP:
            received = bytearray(_CALL.size)
            # Who was killed meanwhile needs no answer.
            with suppress(FileNotFoundError):
                fcntl.ioctl(listener, _RECEIVE, received)
                id, thread, *_, file = _CALL.unpack(received)[:7]
                fcntl.ioctl(listener, _SEND, _ANSWER.pack(id, 0, *self._verdict(f"/proc/{thread}/fd/{file}")))
        os.close(listener)

    def _verdict(self, file: str) -> tuple[int, int]:
        """The error, and whether the call goes on."""
        if self._is_broken or self._fails_next:
            self._fails_next = False
            self.failed += 1
            return -EIO, 0
        with suppress(OSError):
            self.keep(Path(os.readlink(file)))
        return 0, _GO_ON


def put_on(name: str) -> None:
    """This process put on the disk of that name: this thread, and what it begins from now on."""
    with socket.socket(socket.AF_UNIX) as there:
        there.connect(name)
        listener = handed_over()
        socket.send_fds(there, [b"."], [listener])
        os.close(listener)


def handed_over() -> int:
    """The listener to which this thread's calls are handed from now on. Raises OSError where Linux does not do so."""
    calls = _CALLS[platform.machine()]
    program = _program(
        (_LOAD, 0, 0, 0),
        (_IF_EQUAL, 1, 0, calls.fsync),
        (_IF_EQUAL, 0, 1, calls.fdatasync),
        (_RETURN, 0, 0, _TO_LISTENER),
        (_RETURN, 0, 0, _ALLOW),
    )
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    listener = int(libc.syscall(calls.seccomp, _SET_MODE_FILTER, _NEW_LISTENER, ctypes.byref(program)))
    if listener < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return listener


def _begin(work: Callable[..., None], *arguments: Any) -> None:
    Thread(target=work, args=arguments, daemon=True).start()


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("value", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def _program(*instructions: tuple[int, int, int, int]) -> _Program:
    array = (_Instruction * len(instructions))(*(_Instruction(*each) for each in instructions))
    return _Program(len(instructions), array)
