CREATE TABLE logs (id INTEGER PRIMARY KEY, ts INTEGER, level TEXT, message TEXT);
INSERT INTO logs VALUES (1, 1, 'TRACE', 'request:

var ErrUninsurable = errors.New("pricing: load cannot be insured on this lane")

// riskPoint picks a point between the quantiles. Thin notice moves it towards
// the upper tail: 0.56 with five days to go, 0.88 when the truck leaves today.
func riskPoint(curve [5]float64, notice time.Duration) float64 {
	days := math.Max(0, notice.Hours()/24)
	target := 0.56 + 0.32*math.Exp(-days/1.9)
	marks := [5]float64{0.07, 0.31, 0.50, 0.69, 0.93}
	for i := 1; i < len(marks); i++ {
		if target <= marks[i] {
			share := (target - marks[i-1]) / (marks[i] - marks[i-1])
			return curve[i-1] + share*(curve[i]-curve[i-1])
		}
	}
	return curve[4]');
