import pytest

from ats.core.errors import NotFound


async def read(blobs, path):
    return b"".join([chunk async for chunk in blobs.get(path)])


async def test_an_object_is_there_only_when_it_is_complete(services):
    writer = services.blobs.writer("a/b")
    await writer.write(b"x" * 6_000_000)
    assert not await services.blobs.exists("a/b")
    await writer.write(b"y")
    await writer.close()
    assert await read(services.blobs, "a/b") == b"x" * 6_000_000 + b"y"


async def test_an_object_that_was_given_up_leaves_nothing(services, tmp_path):
    writer = services.blobs.writer("a/b")
    await writer.write(b"x" * 6_000_000)
    writer.abort()
    assert not await services.blobs.exists("a/b")
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


async def test_deleting_twice_is_no_error(services):
    writer = services.blobs.writer("a/b")
    await writer.write(b"x")
    await writer.close()
    assert await services.blobs.delete("a/b") is True
    assert await services.blobs.delete("a/b") is False
    with pytest.raises(NotFound):
        await read(services.blobs, "a/b")


async def test_the_store_checks_itself(services):
    await services.blobs.check()
    assert not await services.blobs.exists("probe")
