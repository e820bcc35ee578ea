"""Colours of the drawings, `#rrggbb`. Drawings keep them in high contrast too, on a white panel."""

LINE = "#1a1a1a"
WHITE = "#ffffff"
PRIMARY = "#0017c1"
PRIMARY_DARK = "#000060"
PALE_BLUE = "#c5d7fb"
SOFT = "#e8f1fe"
YELLOW = "#ffd43d"
BROWN = "#6e5600"
GROUND = "#fbf5e0"
ARROW = "#e25100"
ERROR = "#ce0000"
SUCCESS = "#197a4b"
GREY = "#767676"
PALE_GREY = "#b3b3b3"

LAMP_WAITS = YELLOW
LAMP_DONE = "#259d63"
LAMP_TROUBLE = "#ec0000"

CARD = "#ffeee2"
CARD_BAND = "#ffc199"
CARD_NAME = "#8b3200"
CARD_TEXT = "#b98e70"
PHOTO = "#c8f8ff"
PHOTO_LINE = "#004c59"

DEVICE = "#3d4766"
DEVICE_LID = "#556088"
SLOT = "#0b0f1f"

MONEY = "#e6f5ec"
MONEY_STRIPE = "#115a36"
MONEY_TEXT = "#9bd4b5"
HILL_FAR = "#c2e5d1"

SKIN = "#ffc199"
SKIN_LINE = "#6d2700"
