"""The shop, release 1.5: wishlists, and a product page that is written once."""
