"""The web floor: how any page is served. Rooms build on it; it knows none of them."""
