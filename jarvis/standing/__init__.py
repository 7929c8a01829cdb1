"""What rings and runs by itself: timers, alarms, reminders and standing plans; kept in one file, told by one keeper."""
