"""What can be done with people and customers; one module per family of acts."""
