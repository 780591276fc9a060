namespace Ledger.Seal;

/// <summary>Signs checkpoints: <see cref="SealKey"/>, or an application's own for a key that it does not hold itself, as in an HSM.</summary>
public interface INoteSigner
{
    /// <summary>The key that verifies the signatures, as text: see <see cref="NoteKey"/>. Its name is the origin of the log.</summary>
    string VerifierKey { get; }

    /// <summary>Signs a text by Ed25519.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The 64 bytes of the signature.</returns>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken);
}
