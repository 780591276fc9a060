namespace Ledger.Postgres.Log;

/// <summary>The outcome of reading a page.</summary>
/// <param name="Count">How many events it has.</param>
/// <param name="Bytes">The size of their JSON.</param>
/// <param name="Next">Where the next page begins.</param>
/// <param name="IsLast">Whether it is the last page wanted.</param>
internal readonly record struct PageRead(int Count, long Bytes, long Next, bool IsLast);
