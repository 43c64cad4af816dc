"""The privacy statement's versions and the consent given to it."""
