"""Link bytes ⇄ sample: the only place that knows MAVLink, and where every unit of live data is converted."""
