using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Notes;

/// <summary>Signed notes and checkpoints, with the examples of https://c2sp.org/signed-note, of Go's sumdb/note and of https://c2sp.org/tlog-cosignature.</summary>
public sealed class SignedNoteTests
{
    private const string Example = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    private const string ExampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    private const string GoText = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    private const string GoKey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    private const string GoSignature = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    [Fact]
    public void Example_OfTheSpecification_IsVerified()
    {
        var (note, key) = (SignedNote.Parse(Example), NoteKey.Parse(ExampleKey));

        note.FindSigners([key]).ShouldBe([key]);
        (note.ToString(), key.ToString(), note.Text).ShouldBe((Example, ExampleKey, "This is an example message.\n"));
    }

    [Fact]
    public async Task Sign_KeyOfGo_GivesTheSignatureOfGo()
    {
        var key = SealKey.Parse(GoKey);

        var note = await SignedNote.SignAsync(GoText, [key]);

        note.ToString().ShouldBe($"{GoText}\n{GoSignature}");
        key.VerifierKey.ShouldBe("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
        key.Export().ShouldBe(GoKey);
    }

    [Fact]
    public void Note_ChangedAnywhere_IsNotVerified()
    {
        var key = NoteKey.Parse(ExampleKey);
        var bytes = Encoding.UTF8.GetBytes(Example);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Verifies(Encoding.UTF8.GetString(changed)).ShouldBeFalse($"byte {i}");
        }

        Verifies(Example).ShouldBeTrue();

        bool Verifies(string note)
        {
            try
            {
                return SignedNote.Parse(note).FindSigners([key]).Count == 1;
            }
            catch (SealFormatException)
            {
                return false;
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\nno signature\n")]
    [InlineData("text\n\n— name AAAA\n")]
    [InlineData("text\n\n— a+b AAAAAAAA\n")]
    [InlineData("text\n\n— name AAAAAAAA")]
    [InlineData("te\tt\n\n— name AAAAAAAA\n")]
    public void Parse_NoNote_IsRefused(string note) => Should.Throw<SealFormatException>(() => SignedNote.Parse(note));

    [Theory]
    [InlineData("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/fou+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")]
    [InlineData("example.com/foo")]
    [InlineData("")]
    public void Parse_NoKey_IsRefused(string key) => Should.Throw<SealFormatException>(() => NoteKey.Parse(key));

    [Fact]
    public void Checkpoint_ExampleOfTheSpecification_IsRead()
    {
        const string Text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        var note = SignedNote.Parse($"{Text}\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n");

        var checkpoint = Checkpoint.Of(note);

        (checkpoint.Origin, checkpoint.Size).ShouldBe(("example.com/behind-the-sofa", 20_852_163));
        checkpoint.ToText().ShouldBe(Text);
    }

    [Theory]
    [InlineData("log\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData("log\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData("log\n1\nAAAA\n")]
    [InlineData("log\n1\n")]
    [InlineData("log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nmore\n")]
    public void Checkpoint_OfAnotherText_IsRefused(string text) =>
        Should.Throw<SealFormatException>(() => Checkpoint.Of(new SignedNote(text, [])));

    [Fact]
    public async Task Cosignature_OfAWitness_CountsWithItsTime()
    {
        var text = new Checkpoint("example.com/log", 7, MerkleTree.EmptyRoot).ToText();
        var (log, witness) = (SealKey.Generate("example.com/log"), Witness.Create("witness.example"));
        var note = (await SignedNote.SignAsync(text, [log])).With([await witness.SignAsync(text, 1_679_315_147)]);

        note.FindSigners([NoteKey.Parse(log.VerifierKey), witness.Key]).Select(k => k.IsWitness).ShouldBe([false, true]);
        var later = note.Signatures[1].Bytes.ToArray();
        BinaryPrimitives.WriteInt64BigEndian(later, 1_679_315_148);
        var forged = new SignedNote(text, [note.Signatures[0], note.Signatures[1] with { Bytes = later }]);
        Should.Throw<SealFormatException>(() => forged.FindSigners([witness.Key]));
    }

    [Fact]
    public void Proof_OfTheSpecification_IsReadAndWrittenTheSame()
    {
        var hash = Convert.ToBase64String(MerkleTree.EmptyRoot);
        var proof = string.Create(CultureInfo.InvariantCulture, $"c2sp.org/tlog-proof@v1\nextra AAEC\nindex 73894\n{hash}\n{hash}\n\nexample.com/fancylog\n109482\n{hash}\n\n— example.com/fancylog AAAAAAAA\n");

        var read = InclusionProof.Parse(proof);

        (read.Index, read.Hashes.Count, read.Extra.Length).ShouldBe((73_894, 2, 3));
        read.ToString().ShouldBe(proof);
        Should.Throw<SealFormatException>(() => InclusionProof.Parse(proof.Replace("index 73894", "index 073894", StringComparison.Ordinal)));
        Should.Throw<SealFormatException>(() => InclusionProof.Parse(proof.Replace("@v1", "@v2", StringComparison.Ordinal)));
    }
}
