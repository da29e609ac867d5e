"""What only the customer can do: each with its deadline, its reminders and its end."""
