"""Many videos on a common clock: their prototype, its pace, and the way back."""
