namespace Ledger.Explorer.Failures;

/// <summary>Something below a run or branch that is not there.</summary>
internal sealed class NotFoundException(string message) : Exception(message);

/// <summary>A request that what is there does not allow.</summary>
internal sealed class ConflictException(string message) : Exception(message);

/// <summary>A request that would write where writing is off.</summary>
internal sealed class WritingRefusedException() : Exception(
    "This explorer is read-only. Switch writing on where it is mapped, or start 'ledger serve' with --allow-writing.");

/// <summary>One viewer more than may follow.</summary>
internal sealed class TooManyViewersException(int most) : Exception(
    $"{most} viewers follow already, which is the most allowed. Reload the page to see what is new.");
