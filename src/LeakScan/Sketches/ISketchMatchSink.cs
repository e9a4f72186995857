namespace LeakScan.Sketches;

/// <summary>Receives the sketches of a table that are like a query.</summary>
interface ISketchMatchSink
{
    /// <param name="sketch">Place in the table.</param>
    /// <param name="query">Place among the queries.</param>
    /// <param name="equalLanes">At least the threshold.</param>
    void Take(int sketch, int query, int equalLanes);
}
