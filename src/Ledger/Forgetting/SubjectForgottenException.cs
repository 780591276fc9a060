namespace Ledger.Forgetting;

/// <summary>An event with personal data of a subject was not appended, because the subject was forgotten, and has no key any more. Nothing was written.</summary>
public sealed class SubjectForgottenException : Exception
{
    internal SubjectForgottenException(string subject)
        : base($"The subject '{Log.TextRules.Printable(subject)}' was forgotten, so that nothing can be encrypted for it. Nothing was written; append the event without its personal data.") =>
        Subject = subject;

    /// <summary>The subject.</summary>
    public string Subject { get; }
}
