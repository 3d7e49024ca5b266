import asyncio
import threading

from carl_mm.app.events import Changes


def test_all_who_wait_are_woken_by_any_thread():
    changes, woken = Changes(), []

    async def page(name):
        with changes.listener() as event:
            event.clear()
            await asyncio.wait_for(event.wait(), 5)
            woken.append((name, changes.listeners))

    async def both():
        pages = [asyncio.create_task(page(name)) for name in 'ab']
        await asyncio.sleep(0.01)
        for _ in range(2):  # one page's coming is a change for the other
            threading.Thread(target=changes.tell).start()
        await asyncio.gather(*pages)

    changes.tell()
    asyncio.run(both())
    assert sorted(name for name, _ in woken) == ['a', 'b']
    assert changes.listeners == 0
    changes.tell()


def test_who_waits_is_woken_at_the_end():
    changes = Changes()

    async def page():
        with changes.listener() as event:
            event.clear()
            threading.Thread(target=changes.close).start()
            await asyncio.wait_for(event.wait(), 5)
            return changes.is_closed

    assert asyncio.run(page())
