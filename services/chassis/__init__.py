"""The machine room: what every service stands on, and nothing of any of them."""
