"""What happens by itself: timers, clocks, schedules and housekeeping. The store says what is due; wake-ups only hasten."""
