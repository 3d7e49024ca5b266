"""Damage files of every kind, and watch what their readers do.

python -m tests.security.fuzz [--mutations 2000] [--minutes 5] [--kinds npz video]

A reader returns, or raises a ValueError or an OSError; within 10 s, and with at most
1 GB more memory. Everything else is printed, and kept with the file's bytes in --out.
The seed is printed; the same one makes the same files.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.clean_processes import CONTEXT
from tests.security.watched import (
    MAX_SECONDS,
    forget_peak,
    limit_memory,
    peak_megabytes,
)

MAX_MEGABYTES = 1000
INTERESTING = [bytes([n]) * k for n in (0, 1, 127, 128, 255) for k in (1, 2, 4, 8)]
TOKENS = [b'[', b'{', b'"', b'..', b'-1', b'1e999', b'9' * 30, b'\xff\xfe', b',', b'\n']


def mutate(rng, good):
    """Return damaged bytes: a few changes of one of the usual kinds."""
    data = bytearray(good)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        if not data:
            break
        place = rng.randrange(len(data))
        match rng.randrange(7):
            case 0:
                data[place] ^= 1 << rng.randrange(8)
            case 1:
                data[place] = rng.randrange(256)
            case 2:
                new = rng.choice(INTERESTING)
                data[place : place + len(new)] = new
            case 3:
                new = rng.choice(TOKENS)
                data[place:place] = new * rng.choice((1, 1, 1, 2000))
            case 4:
                del data[place : place + rng.choice((1, 4, 64, len(data)))]
            case 5:
                end = place + rng.choice((1, 8, 200))
                data[place:place] = data[place:end] * rng.choice((1, 2, 100))
            case 6:
                other = rng.randrange(len(data))
                size = rng.choice((1, 4, 32))
                data[place : place + size] = data[other : other + size]
    return bytes(data)


def verdict(read, path):
    """Return what is wrong with how a file is read, or nothing."""
    forget_peak()
    before, start = peak_megabytes(), time.process_time()
    wrong = ''
    try:
        read(path)
    except (ValueError, OSError) as error:
        if not str(error) or len(str(error)) > 12_000:
            wrong = f'message of {len(str(error))} characters'
    except BaseException as error:
        wrong = f'{type(error).__name__}: {error!s:.200}'
    if time.process_time() - start > MAX_SECONDS:
        wrong = wrong or 'slow'
    if (used := peak_megabytes() - before) > MAX_MEGABYTES:
        wrong = wrong or f'{used:.0f} MB'
    return wrong


def readers():
    """Import the readers; not with this module, which every process of theirs does."""
    from tests.security import readers

    return readers


def work(kind, good, seed, first, last, folder, report):
    """Read mutations in this process, one after the other; say before each which."""
    name, _, read = readers().READERS[kind]
    limit_memory(3 * MAX_MEGABYTES)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    path = folder / f'fuzz_{name}'
    path.write_bytes(good)
    read(path)  # a reader may start a process of its own first
    for number in range(first, last):
        report.send(number)
        path.write_bytes(mutate(random.Random(f'{seed} {kind} {number}'), good))
        # Ends the process where Python does not come to; by the clock on the wall.
        signal.alarm(10 * MAX_SECONDS)
        if wrong := verdict(read, path):
            report.send(' '.join(wrong.split()))
        signal.alarm(0)
    os._exit(0)  # without waiting for a process of the reader's


def fuzz(kind, mutations, seed, folder, until=None):
    """Read mutations in watched processes, each going on after the one that died.

    Returns:
        How many were read, and what was wrong, by the mutation's number.
    """
    good = readers().good_file(kind, folder)
    wrong, done = {}, 0
    while done < mutations and (until is None or time.monotonic() < until):
        last = min(mutations, done + 250)
        reader, writer = CONTEXT.Pipe(duplex=False)
        given = kind, good, seed, done, last, folder, writer
        child = CONTEXT.Process(target=work, args=given)
        child.start()
        writer.close()
        begun = done
        for said in iter(partial(_next, reader), None):
            if isinstance(said, str):
                wrong[done - 1] = said
            else:
                done = said + 1
        child.join()
        status = child.exitcode
        if status and done == begun:
            raise RuntimeError(f'{kind}: the worker ended with status {status}')
        if status:
            what = 'hang' if status == -signal.SIGALRM else f'crash (status {status})'
            wrong[done - 1] = what
    return done, wrong


def _next(reader):
    try:
        return reader.recv()
    except EOFError:
        return None


def say(line):
    """Print a line at once."""
    sys.stdout.write(f'{line}\n')
    sys.stdout.flush()


def main(argv=None):
    """Fuzz; the exit status is 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--mutations', type=int, default=2000, help='of each kind')
    parser.add_argument('--minutes', type=float, default=5, help='in all, at most')
    kinds = list(readers().READERS)
    parser.add_argument('--kinds', nargs='+', choices=kinds, default=kinds)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--out', type=Path, help='folder for the bytes that fail')
    args = parser.parse_args(argv)
    say(f'seed {args.seed}')
    until, failed = time.monotonic() + 60 * args.minutes, 0
    for kind in args.kinds:
        with tempfile.TemporaryDirectory() as folder:
            start = time.monotonic()
            done, wrong = fuzz(kind, args.mutations, args.seed, Path(folder), until)
            good = readers().good_file(kind, Path(folder))
        took = time.monotonic() - start
        say(f'{kind:10} {done:6} read, {len(wrong)} wrong, {took:.0f} s')
        failed += len(wrong)
        for number, what in wrong.items():
            say(f'  {number}: {what}')
            if args.out:
                args.out.mkdir(parents=True, exist_ok=True)
                data = mutate(random.Random(f'{args.seed} {kind} {number}'), good)
                (args.out / f'{number}_{readers().READERS[kind][0]}').write_bytes(data)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
