namespace Ledger.Postgres.Log;

/// <summary>What a page turned out to be.</summary>
/// <param name="Count">How many events it has.</param>
/// <param name="Bytes">The size of their JSON.</param>
/// <param name="Next">Where the next page begins.</param>
/// <param name="IsLast">Whether nothing is wanted behind it.</param>
internal readonly record struct PageRead(int Count, long Bytes, long Next, bool IsLast);
