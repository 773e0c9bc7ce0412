/** The header in which a client of the demonstration shows the secret. Its thread loads nothing but what it needs. */
export const guestHeader = "sluice-guest";
