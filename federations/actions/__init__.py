"""Every write on federations that is more than saving a form."""
