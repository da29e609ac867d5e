"""What the onboardings so far say: figures as page, drawing, CSV and API."""
