-- What the fills of an order rest on where it is not the quote: 'last-trade' on a feed that carries neither bid nor ask.
ALTER TABLE orders ADD COLUMN fill_basis text;
