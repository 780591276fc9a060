namespace Ledger.Postgres.Log.Importing;

/// <summary>The result of a transaction of an import.</summary>
/// <param name="Written">The events that it wrote.</param>
/// <param name="Known">The events that were there.</param>
/// <param name="Begun">The streams to which it wrote the first event.</param>
/// <param name="Bytes">The size of the JSON that it wrote.</param>
internal sealed record ImportOutcome(int Written, int Known, int Begun, long Bytes);
