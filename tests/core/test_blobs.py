import urllib.request

import pytest
from moto.server import ThreadedMotoServer

from ats.core.blobs import FilesAccess, open_blobs
from ats.core.errors import NotFound, Unavailable


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


@pytest.fixture(scope="module")
def s3_access():
    """A server that speaks S3 on loopback."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = FilesAccess(f"http://{host}:{port}", "eu-west-1", "tester", "secret-of-the-tests")
    request = urllib.request.Request(f"http://{host}:{port}/ats-tests", method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    yield access
    server.stop()


async def test_a_store_that_speaks_s3_does_the_same_as_a_folder(s3_access):
    blobs = open_blobs("s3://ats-tests/some/prefix", s3_access)
    await blobs.check()
    writer = blobs.writer("documents/a")
    # More than one part of a multipart upload.
    await writer.write(b"x" * 6_000_000)
    await writer.write(b"y" * 6_000_000)
    assert not await blobs.exists("documents/a")
    await writer.close()
    assert await read(blobs, "documents/a") == b"x" * 6_000_000 + b"y" * 6_000_000
    assert await blobs.delete("documents/a") is True
    assert await blobs.delete("documents/a") is False
    with pytest.raises(NotFound):
        await read(blobs, "documents/a")


async def test_a_store_that_does_not_answer_is_unavailable_and_not_missing():
    blobs = open_blobs("s3://ats-tests", FilesAccess("http://127.0.0.1:9", "eu-west-1", "tester", "secret"))
    with pytest.raises(Unavailable):
        await blobs.exists("documents/a")
    with pytest.raises(Unavailable):
        await blobs.delete("documents/a")
