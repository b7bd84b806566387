"""How servers of each kind are spoken to: the words of protocols, without any verdict about monitors."""
