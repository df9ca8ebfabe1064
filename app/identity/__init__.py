"""Who somebody is: passwords, sessions, tokens, invitations, and the people themselves."""
