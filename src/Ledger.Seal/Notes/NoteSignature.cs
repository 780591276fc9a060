namespace Ledger.Seal;

/// <summary>A signature line of a note.</summary>
/// <param name="Name">The name of the key.</param>
/// <param name="KeyId">The id of the key.</param>
/// <param name="Bytes">The signature, as the type of the key defines it.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes);
