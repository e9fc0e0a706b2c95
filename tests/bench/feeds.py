"""What it costs to bring one article into ten lists, three formats each, compressed and on disk.

python -m tests.bench.feeds FOLDER       prints JSON: cpu (ms), one figure a round
"""

import asyncio
import json
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

from channels.addresses import list_keys
from channels.docroot import FolderRoot
from channels.feeds.lists import FeedLists
from tests.channels.memory_shelf import START, MemoryShelf, a_content, a_site

ENTRIES, ROUNDS = 45, 9


async def main(folder: Path) -> None:
    """Fill the lists, then add an article to all of them, again and again."""
    words = random.Random(1)
    shelf = MemoryShelf()
    roots = [FeedLists(FolderRoot(folder / name), shelf, a_site()) for name in ("one", "two")]
    spent = []
    for number in range(ENTRIES + ROUNDS):
        body = "".join(chr(words.randrange(0x4E00, 0x9000)) for _sign in range(1000))
        at = START + timedelta(minutes=number)
        content = a_content(f"i{number}", body_html=f"<p>{body}</p>", published_at=at, updated_at=at)
        shelf.place(content)
        if number < ENTRIES - 1:
            continue
        before = time.process_time()
        for lists in roots:  # an article stands in five lists: twice that makes ten
            for key in list_keys(content):
                await lists.write(key, content)
        if number >= ENTRIES:
            spent.append(1000 * (time.process_time() - before))
    print(json.dumps({"cpu": spent}))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
