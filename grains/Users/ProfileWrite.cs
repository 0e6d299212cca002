namespace OrleansSocial.Users;

/// <summary>A profile that is made, or changed.</summary>
/// <param name="owner">Of the person.</param>
/// <param name="profile">As it will be; the first version makes it.</param>
internal sealed class ProfileWrite(Ledger owner, ProfileView profile) : Write(owner)
{
    /// <summary>As it will be.</summary>
    public ProfileView Profile => profile;

    public override int Chars => profile.DisplayName.Length + profile.Bio.Length;

    public override void Render(Rows rows) => rows.Add(profile.Version == 1 ? ProfileStore.Created : ProfileStore.Changed, profile);
}
