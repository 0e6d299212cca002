namespace OrleansSocial.Chat;

/// <summary>An invitation that is made, with what its person is told.</summary>
internal sealed class InvitationMadeWrite(Ledger owner, UserId user, ConversationId conversation, string title, UserId by) : Write(owner)
{
    public override int Chars => title.Length;

    public override void Render(Rows rows)
    {
        rows.Add(InvitationStore.Made, new(user, conversation, by, rows.At));
        rows.Happened(this, new InvitationMade(user, conversation, title, by, rows.At));
    }
}

/// <summary>An invitation that is accepted, declined or withdrawn. A declined one is kept, so that it stays declined.</summary>
internal sealed class InvitationEndedWrite(Ledger owner, InvitationRow invitation, bool declined) : Write(owner)
{
    public override int Chars => 0;

    public override void Render(Rows rows)
    {
        if (declined) rows.Add(InvitationStore.Declined, invitation with { DeclinedAt = rows.At });
        else rows.Add(InvitationStore.Removed, invitation);
        rows.Happened(this, new InvitationEnded(invitation.User, invitation.Conversation));
    }
}

/// <summary>How somebody comes into groups from now on.</summary>
internal sealed class JoiningWrite(Ledger owner, UserId user, GroupJoining joining) : Write(owner)
{
    public override int Chars => 0;

    public override void Render(Rows rows) => rows.Add(InvitationStore.Chosen, (user, joining));
}
