"""The Action Center: one list of what is to do, and a card that says what each is, why, and what may be done."""
