"""The Jenkins-shaped CI that builds what lies on plain git."""
