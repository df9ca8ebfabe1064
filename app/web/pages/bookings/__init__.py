"""Bookings: the list, the page of one with its machine, options, services, payments and timeline, and its forms."""
