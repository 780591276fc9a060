namespace Ledger.Forgetting;

/// <summary>Where the keys are by which personal data are encrypted, one for each subject: a table of Ledger's, or the application's own vault.</summary>
/// <remarks>Safe for concurrent use. A key is 32 random bytes. Once a key was destroyed, its subject never gets another one.</remarks>
public interface ISubjectKeys
{
    /// <summary>The keys of those subjects that have one; subjects without a key, and those that were forgotten, are left out.</summary>
    /// <param name="subjects">The subjects.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyDictionary<string, byte[]>> FindAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellationToken = default);

    /// <summary>The keys of subjects, which are made where there are none; those that were forgotten are left out.</summary>
    /// <remarks>Of two callers at once, both get the same key.</remarks>
    /// <param name="subjects">The subjects.</param>
    /// <param name="cancellationToken">Stops waiting; a key may have been made.</param>
    Task<IReadOnlyDictionary<string, byte[]>> GetOrCreateAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellationToken = default);

    /// <summary>Destroys the key of a subject, for good; done twice is done once, and a subject that has no key gets none later.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether there was a key.</returns>
    Task<bool> ForgetAsync(string subject, CancellationToken cancellationToken = default);
}
