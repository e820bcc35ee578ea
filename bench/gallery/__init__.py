"""Every screen and paper of the terminal as pictures, made from the core's own views: no screen can be forgotten."""
