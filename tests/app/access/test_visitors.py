"""Visitors who have left are told."""

import asyncio

from carl_mm.app.access.visitors import Visitors


def test_who_has_left():
    left = []

    async def visit():
        visitors = Visitors(left.append, 0.05)
        with visitors.present('a'), visitors.present('b'):
            with visitors.present('a'):
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.1)
            assert left == []  # other connections are open
        await asyncio.sleep(0.01)
        with visitors.present('b'):  # back in time
            await asyncio.sleep(0.2)
            assert left == ['a']
        await asyncio.sleep(0.2)
        assert left == ['a', 'b']
        with visitors.present('a'):  # comes again, and leaves again
            pass
        await asyncio.sleep(0.2)
        assert left == ['a', 'b', 'a']

    asyncio.run(visit())


def test_a_connection_that_breaks_ends():
    left = []

    async def visit():
        visitors = Visitors(left.append, 0)
        try:
            with visitors.present('a'):
                raise OSError
        except OSError:
            await asyncio.sleep(0.1)

    asyncio.run(visit())
    assert left == ['a']
