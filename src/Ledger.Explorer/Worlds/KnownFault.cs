using Ledger.Streams;

namespace Ledger.Explorer.Worlds;

/// <summary>An event that cannot be applied: no world behind it can be told.</summary>
/// <param name="Position">Where it is.</param>
/// <param name="Message">What is wrong with it.</param>
internal sealed record KnownFault(Position Position, string Message);
