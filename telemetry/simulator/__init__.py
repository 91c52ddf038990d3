"""A simulated heavy-lift multicopter that flies circuits at EHTW and speaks real MAVLink 2 over UDP."""
